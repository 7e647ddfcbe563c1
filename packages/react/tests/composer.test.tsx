import "./support/dom.ts";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, test } from "vitest";
import { useComposer, type UseComposerOptions } from "../src/index.ts";

afterEach(cleanup);

/** As plain as a look can be. */
function Plain(options: UseComposerOptions) {
  const { isBlank, formProps, fieldProps } = useComposer(options);
  return (
    <form {...formProps}>
      <textarea {...fieldProps} aria-label="Message" />
      <button type="submit" disabled={isBlank}>
        Send
      </button>
    </form>
  );
}

function open(options: Partial<UseComposerOptions> = {}) {
  const sent: string[] = [];
  const shown = render(<Plain onSend={(text) => sent.push(text)} {...options} />);
  const field = screen.getByLabelText<HTMLTextAreaElement>("Message");
  const write = (value: string) => fireEvent.change(field, { target: { value } });
  return { sent, shown, field, write };
}

describe("useComposer", () => {
  test("Enter sends what was written, without the space around it, and clears the field", () => {
    const { sent, field, write } = open();
    write("  Plan three days.\n");
    expect(fireEvent.keyDown(field, { key: "Enter" })).toBe(false);
    expect(sent).toEqual(["Plan three days."]);
    expect(field.value).toBe("");
  });

  test("Shift Enter makes a new line, and so does no other key send", () => {
    const { sent, field, write } = open();
    write("one");
    expect(fireEvent.keyDown(field, { key: "Enter", shiftKey: true })).toBe(true);
    expect(fireEvent.keyDown(field, { key: "a" })).toBe(true);
    expect(sent).toEqual([]);
  });

  test.each([
    ["as browsers say it", { isComposing: true }],
    ["as Safari says it, once the word is chosen", { keyCode: 229 }],
  ])("Enter chooses the word that an input method composes, %s", (_, how) => {
    const { sent, field, write } = open();
    write("にほん");
    expect(fireEvent.keyDown(field, { key: "Enter", ...how })).toBe(true);
    expect(sent).toEqual([]);
    expect(field.value).toBe("にほん");
  });

  test("nothing blank is sent", () => {
    const { sent, field, write } = open();
    write(" \n ");
    fireEvent.keyDown(field, { key: "Enter" });
    expect(screen.getByText("Send").hasAttribute("disabled")).toBe(true);
    expect(sent).toEqual([]);
  });

  test("the button sends too, and the cursor is back in the field", () => {
    const { sent, field, write } = open();
    write("go");
    screen.getByText("Send").focus();
    fireEvent.click(screen.getByText("Send"));
    expect(sent).toEqual(["go"]);
    expect(document.activeElement).toBe(field);
  });

  test("tells that somebody types, and that they have stopped: by sending, clearing or leaving", () => {
    const told: boolean[] = [];
    const { field, write } = open({ onTyping: (typing) => told.push(typing) });
    write("a");
    write("");
    write("b");
    fireEvent.keyDown(field, { key: "Enter" });
    write("c");
    fireEvent.blur(field);
    expect(told).toEqual([true, false, true, false, true, false]);
  });

  test("begins with a draft, each time with a new one, and has the cursor then", () => {
    const { shown, field, write } = open({ draft: { text: "Not sent." } });
    expect(field.value).toBe("Not sent.");
    expect(document.activeElement).toBe(field);
    write("changed");
    shown.rerender(<Plain onSend={() => {}} draft={{ text: "Not sent." }} />);
    expect(field.value).toBe("Not sent.");
  });

  test("has a longest message", () => {
    expect(open().field.maxLength).toBe(16_000);
    cleanup();
    expect(open({ maxLength: 5 }).field.maxLength).toBe(5);
  });
});
