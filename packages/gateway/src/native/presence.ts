import type { Clock, Timer, Watcher, WatchersFrame } from "@throughline/protocol";

/** Changes within this time are told as one; in a large audience within a millisecond for each. */
const GATHER_MS = 200;
/** How long a client stays after its last connection was lost (N23). */
const GRACE_MS = 5_000;
/** How long a client types unless it says so again (N22). */
const TYPING_MS = 6_000;
/** How many watchers are shown (N21). */
const SHOWN = 100;
/** How many are told in one turn of the event loop. */
const TELL_AT_ONCE = 256;

/** A thread, as its tenant names it. */
export interface PresencePlace {
  readonly tenant: string;
  readonly threadId: string;
}

/** Takes what it is told; false when it cannot take it now and wants it later. */
export type TellWatchers = (frame: WatchersFrame) => boolean;

/** One connection's share in a thread's audience. */
export interface Attendance {
  rename(name: string | null): void;
  /** @param how `left` by its own word: gone at once; `lost`: it may be back in a moment */
  leave(how: "left" | "lost"): void;
}

/** A client that watches, on however many connections. */
interface Guest {
  name: string | null;
  connections: number;
  typing: Timer | undefined;
  grace: Timer | undefined;
}

/** Who watches each thread, and who types there. Neither stored nor numbered (N21–N24). */
export class Presence {
  readonly #clock: Clock;
  readonly #rooms = new Map<string, Room>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts the client as watching, and tells this connection of all who do, from now on. */
  enter(
    place: PresencePlace,
    client: { readonly id: string; readonly name: string | null },
    tell: TellWatchers,
  ): Attendance {
    const key = keyOf(place);
    const room = this.#rooms.get(key) ?? new Room(place.threadId, this.#clock, () => this.#rooms.delete(key));
    this.#rooms.set(key, room);
    return room.enter(client, tell);
  }

  /** Shows the client as typing, or not; ignored for one that does not watch. */
  type(place: PresencePlace, clientId: string, typing: boolean): void {
    this.#rooms.get(keyOf(place))?.type(clientId, typing);
  }

  /** Forgets everybody. */
  close(): void {
    for (const room of this.#rooms.values()) room.close();
    this.#rooms.clear();
  }
}

function keyOf({ tenant, threadId }: PresencePlace): string {
  return `${tenant}/${threadId}`;
}

/** The audience of one thread. */
class Room {
  readonly #threadId: string;
  readonly #clock: Clock;
  readonly #emptied: () => void;
  /** Oldest first. */
  readonly #guests = new Map<string, Guest>();
  /** Each connection, and the version it was told last. */
  readonly #told = new Map<TellWatchers, number>();
  #version = 0;
  #frame: WatchersFrame | undefined;
  #telling: Timer | undefined;
  #toldAt = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(threadId: string, clock: Clock, emptied: () => void) {
    this.#threadId = threadId;
    this.#clock = clock;
    this.#emptied = emptied;
  }

  enter(client: { readonly id: string; readonly name: string | null }, tell: TellWatchers): Attendance {
    const known = this.#guests.get(client.id);
    const guest: Guest = known ?? { name: client.name, connections: 0, typing: undefined, grace: undefined };
    if (known === undefined) {
      this.#guests.set(client.id, guest);
      this.#change();
    }
    guest.connections += 1;
    guest.grace?.cancel();
    guest.grace = undefined;
    this.#rename(guest, client.name ?? guest.name);
    this.#told.set(tell, -1);
    this.#tellOne(tell);
    return {
      rename: (name) => this.#rename(guest, name),
      leave: (how) => this.#leave(client.id, guest, tell, how),
    };
  }

  type(clientId: string, typing: boolean): void {
    const guest = this.#guests.get(clientId);
    if (guest === undefined || (!typing && guest.typing === undefined)) return;
    if (typing !== (guest.typing !== undefined)) this.#change();
    guest.typing?.cancel();
    guest.typing = typing ? this.#clock.setTimeout(() => this.type(clientId, false), TYPING_MS) : undefined;
  }

  close(): void {
    this.#closed = true;
    this.#telling?.cancel();
    for (const { grace, typing } of this.#guests.values()) {
      grace?.cancel();
      typing?.cancel();
    }
  }

  #rename(guest: Guest, name: string | null): void {
    if (guest.name === name) return;
    guest.name = name;
    this.#change();
  }

  #leave(clientId: string, guest: Guest, tell: TellWatchers, how: "left" | "lost"): void {
    if (!this.#told.delete(tell)) return;
    guest.connections -= 1;
    if (guest.connections > 0 || this.#closed) return;
    if (how === "left") this.#remove(clientId, guest);
    else guest.grace = this.#clock.setTimeout(() => this.#remove(clientId, guest), GRACE_MS);
  }

  #remove(clientId: string, guest: Guest): void {
    guest.typing?.cancel();
    this.#guests.delete(clientId);
    this.#change();
    if (this.#guests.size > 0) return;
    this.close();
    this.#emptied();
  }

  /** Something is to be told: soon, and with what else changes until then. */
  #change(): void {
    this.#version += 1;
    this.#frame = undefined;
    this.#tellSoon();
  }

  #tellSoon(): void {
    if (this.#telling !== undefined || this.#closed) return;
    const gather = Math.max(GATHER_MS, this.#told.size);
    const wait = Math.max(0, this.#toldAt + gather - this.#clock.monotonic());
    this.#telling = this.#clock.setTimeout(() => {
      this.#telling = undefined;
      this.#toldAt = this.#clock.monotonic();
      this.#tellAll(this.#told.keys());
    }, wait);
  }

  /** A large audience is told piece by piece, so that others have their turns in between. */
  #tellAll(left: Iterator<TellWatchers>): void {
    for (let told = 0; told < TELL_AT_ONCE; told += 1) {
      const { done, value } = left.next();
      if (done === true || this.#closed) return;
      this.#tellOne(value);
    }
    this.#clock.setImmediate(() => this.#tellAll(left));
  }

  #tellOne(tell: TellWatchers): void {
    const told = this.#told.get(tell);
    if (told === undefined || told === this.#version) return;
    if (tell(this.#current())) this.#told.set(tell, this.#version);
    else this.#tellSoon();
  }

  #current(): WatchersFrame {
    this.#frame ??= {
      type: "watchers",
      thread: this.#threadId,
      watchers: [...this.#firstGuests()],
      total: this.#guests.size,
    };
    return this.#frame;
  }

  *#firstGuests(): Generator<Watcher> {
    let shown = 0;
    for (const [clientId, { name, typing }] of this.#guests) {
      if (shown++ >= SHOWN) return;
      yield { client_id: clientId, name, typing: typing !== undefined };
    }
  }
}
