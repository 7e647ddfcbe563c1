import { JsonView } from "react-json-view-lite";
import "../styles/json-tree.css";

/** A payload as a tree; its first two levels are open. */
export default function JsonTree({ label, value }: { readonly label: string; readonly value: unknown }) {
  // The viewer takes objects and lists only.
  const isTree = typeof value === "object" && value !== null;
  if (!isTree) return <pre className="p-3 font-mono text-xs whitespace-pre-wrap">{JSON.stringify(value)}</pre>;
  return (
    <div className="overflow-x-auto p-3">
      <JsonView aria-label={label} data={value} shouldExpandNode={(level) => level < 2} style={STYLES} />
    </div>
  );
}

const STYLES = {
  container: "json-tree",
  basicChildStyle: "json-tree__child",
  childFieldsContainer: "json-tree__children",
  label: "json-tree__key",
  clickableLabel: "json-tree__key json-tree__key--clickable",
  nullValue: "json-tree__quiet",
  undefinedValue: "json-tree__quiet",
  stringValue: "json-tree__string",
  booleanValue: "json-tree__number",
  numberValue: "json-tree__number",
  otherValue: "json-tree__quiet",
  punctuation: "json-tree__quiet",
  collapseIcon: "json-tree__icon json-tree__icon--open",
  expandIcon: "json-tree__icon",
  collapsedContent: "json-tree__collapsed",
  noQuotesForStringValues: false,
  quotesForFieldNames: false,
  ariaLables: { collapseJson: "Close", expandJson: "Open" },
  stringifyStringValues: true,
};
