import "./support/dom.ts";
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, test } from "vitest";
import { ThroughlineError } from "@throughline/protocol";
import { useFeedbackPrompt, type UseFeedbackPromptOptions } from "../src/index.ts";

afterEach(cleanup);

function Plain(options: UseFeedbackPromptOptions) {
  const { problem, isBusy, formProps, fieldProps, submitProps } = useFeedbackPrompt(options);
  return (
    <form {...formProps} aria-label={isBusy ? "busy" : "open"}>
      <input {...fieldProps} />
      <button {...submitProps} />
      <p role="alert">{problem}</p>
    </form>
  );
}

function open(options: Partial<UseFeedbackPromptOptions> = {}) {
  const answers: string[] = [];
  render(<Plain onAnswer={(text) => void answers.push(text)} {...options} />);
  const field = screen.getByLabelText<HTMLInputElement>("Your answer");
  const submit = async (value: string): Promise<void> => {
    fireEvent.change(field, { target: { value } });
    await act(async () => fireEvent.submit(screen.getByRole("form")));
  };
  return { answers, field, submit };
}

describe("useFeedbackPrompt", () => {
  test("sends one's own words once, and stays busy until the question is gone", async () => {
    const { answers, field, submit } = open();
    await submit("  the blue one ");
    await submit("no, the red one");
    expect(answers).toEqual(["the blue one"]);
    expect(field.disabled).toBe(true);
    expect(screen.getByRole("button").textContent).toBe("Sending…");
    expect(screen.getByLabelText("busy")).toBeTruthy();
  });

  test("sends nothing blank", async () => {
    const { answers, submit } = open();
    await submit("   ");
    expect(answers).toEqual([]);
    expect(screen.getByRole("button").hasAttribute("disabled")).toBe(true);
  });

  test("says what was refused and what to do about it, keeps the words, and can be tried again", async () => {
    const refusals = [new ThroughlineError("unavailable", "The log is away."), null];
    const { field, submit } = open({
      onAnswer: () => {
        const refusal = refusals.shift();
        return refusal == null ? undefined : Promise.reject(refusal);
      },
    });
    await submit("blue");
    expect(screen.getByRole("alert").textContent).toBe(
      `The log is away. ${new ThroughlineError("unavailable", "").remedy}`,
    );
    expect(field.value).toBe("blue");
    expect(field.disabled).toBe(false);
    await submit("blue");
    expect(screen.getByRole("alert").textContent).toBe("");
    expect(refusals).toEqual([]);
  });

  test("a question of the past takes no answer", async () => {
    const { answers, field, submit } = open({ isDisabled: true });
    await submit("blue");
    expect(answers).toEqual([]);
    expect(field.disabled).toBe(true);
    expect(screen.getByRole("button").textContent).toBe("Answer");
  });

  test("asks for other words where answers are offered", () => {
    expect(open({ options: ["red"] }).field.placeholder).toBe("Or answer in your own words");
    cleanup();
    expect(open().field.placeholder).toBe("Your answer");
  });
});
