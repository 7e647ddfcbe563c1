const KEY = "throughline.answered";
/** Older ones are forgotten: who answered then matters less than what. */
const MOST = 200;

/** The questions that were answered in this tab; a thread says what was answered, and not by whom. */
const answered = new Set<string>(read());

/** Notes that this tab answers; before the answer is there, since its question may show as answered first. */
export async function answerHere(interruptId: string, answer: () => Promise<void>): Promise<void> {
  answered.add(interruptId);
  keep();
  try {
    await answer();
  } catch (error) {
    answered.delete(interruptId);
    keep();
    throw error;
  }
}

export function wasAnsweredHere(interruptId: string): boolean {
  return answered.has(interruptId);
}

function read(): string[] {
  try {
    const parsed = JSON.parse(sessionStorage.getItem(KEY) ?? "[]") as unknown;
    return Array.isArray(parsed) ? parsed.filter((id) => typeof id === "string") : [];
  } catch {
    return [];
  }
}

function keep(): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify([...answered].slice(-MOST)));
  } catch {
    // Storage is blocked: it is known until the page is left.
  }
}
