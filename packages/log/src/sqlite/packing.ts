/**
 * How a group of ops crosses to the writer: one message, its records in one transferred buffer and
 * its numbers in another, because cloning an object per append would cost more than writing it.
 *
 * The plan holds, per op, the number of its appends, or -1 and its place among the rare ops;
 * a batch's place among the extras or -1; then per append: the name's place, expectedHead or -1,
 * 0 (must exist), 1 (create it) or 2 + the options' place, the number of records, each one's length.
 */
import type { CreateOptions } from "../stream-log.ts";
import type { AppendOp, BatchOp, Op, StreamOp } from "../core/ops.ts";

type Extras = Pick<BatchOp<never>, "controls" | "producer">;

export interface PackedGroup {
  readonly at: number;
  readonly names: readonly string[];
  readonly plan: Float64Array<ArrayBuffer>;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly rare: readonly StreamOp[];
  readonly extras: readonly Extras[];
  readonly creates: readonly CreateOptions[];
}

/** Records within a packed group; the ledger only counts them. */
export interface Span {
  readonly length: number;
  readonly group: PackedGroup;
  /** Where its record lengths start in the plan. */
  readonly lengthsAt: number;
  /** Where its bytes start, and how many they are. */
  readonly start: number;
  readonly size: number;
}

type Records = readonly Uint8Array[];

export function packGroup(ops: readonly Op<Records>[], at: number): PackedGroup {
  const { numbers, size } = measure(ops);
  const packer = new Packer(numbers, size);
  for (const op of ops) packer.add(op);
  return { at, ...packer.packed };
}

function measure(ops: readonly Op<Records>[]): { numbers: number; size: number } {
  let numbers = 0;
  let size = 0;
  for (const op of ops) {
    numbers += 2;
    if (op.type !== "append") continue;
    for (const { records } of op.appends) {
      numbers += 4 + records.length;
      for (const record of records) size += record.byteLength;
    }
  }
  return { numbers, size };
}

class Packer {
  readonly packed;
  readonly #places = new Map<string, number>();
  #number = 0;
  #byte = 0;

  constructor(numbers: number, size: number) {
    this.packed = {
      names: [] as string[],
      plan: new Float64Array(numbers),
      bytes: new Uint8Array(size),
      rare: [] as StreamOp[],
      extras: [] as Extras[],
      creates: [] as CreateOptions[],
    };
  }

  add(op: Op<Records>): void {
    if (op.type !== "append") {
      this.#push(-1);
      this.#push(this.packed.rare.push(op) - 1);
      return;
    }
    this.#push(op.appends.length);
    const { controls, producer } = op;
    if (controls === undefined && producer === undefined) this.#push(-1);
    else {
      const extras = { ...(controls && { controls }), ...(producer && { producer }) };
      this.#push(this.packed.extras.push(extras) - 1);
    }
    for (const append of op.appends) this.#append(append);
  }

  #append({ stream, expectedHead, create, records }: AppendOp<Records>): void {
    this.#push(this.#name(stream));
    this.#push(expectedHead ?? -1);
    this.#push(create === undefined ? 0 : this.#create(create));
    this.#push(records.length);
    for (const record of records) {
      this.#push(record.byteLength);
      this.packed.bytes.set(record, this.#byte);
      this.#byte += record.byteLength;
    }
  }

  #create(options: CreateOptions): number {
    if (options.metadata === undefined && options.ttlMs === undefined) return 1;
    return this.packed.creates.push(options) + 1;
  }

  #name(name: string): number {
    let place = this.#places.get(name);
    if (place === undefined) {
      place = this.packed.names.push(name) - 1;
      this.#places.set(name, place);
    }
    return place;
  }

  #push(value: number): void {
    this.packed.plan[this.#number++] = value;
  }
}

const PLAIN: CreateOptions = {};

export function unpackGroup(group: PackedGroup): Op<Span>[] {
  const { plan, names, rare, extras, creates } = group;
  const ops: Op<Span>[] = [];
  let byte = 0;
  for (let i = 0; i < plan.length;) {
    const count = plan[i++] as number;
    const place = plan[i++] as number;
    if (count === -1) {
      ops.push(rare[place] as StreamOp);
      continue;
    }
    const appends: AppendOp<Span>[] = [];
    for (let n = 0; n < count; n += 1) {
      const stream = names[plan[i++] as number] as string;
      const expectedHead = plan[i++] as number;
      const create = plan[i++] as number;
      const length = plan[i++] as number;
      const lengthsAt = i;
      const start = byte;
      for (; i < lengthsAt + length; i += 1) byte += plan[i] as number;
      const records: Span = { length, group, lengthsAt, start, size: byte - start };
      const append: { -readonly [K in keyof AppendOp<Span>]: AppendOp<Span>[K] } = { stream, records };
      if (expectedHead >= 0) append.expectedHead = expectedHead;
      if (create > 0) append.create = create === 1 ? PLAIN : (creates[create - 2] as CreateOptions);
      appends.push(append);
    }
    ops.push(place === -1 ? { type: "append", appends } : { type: "append", appends, ...extras[place] });
  }
  return ops;
}
