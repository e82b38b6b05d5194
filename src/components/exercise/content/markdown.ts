// The little Markdown that hints are written in: emphasis, code and links within one paragraph.

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (char) => escapes[char] ?? char);
}

/** A paragraph's Markdown as HTML; what it does not know stays text. */
export function inlineHtml(markdown: string): string {
  return markdown
    .split(/(`[^`]+`)/)
    .map((part, i) => (i % 2 === 1 ? `<code>${escape(part.slice(1, -1))}</code>` : emphasis(escape(part))))
    .join('');
}

function emphasis(html: string): string {
  return html
    .replace(/\[([^\]]+)\]\(((?:https:\/|\/|#)[^)\s]+)\)/g, '<a href="$2">$1</a>')
    .replace(/\*\*(\S(?:[^*]*\S)?)\*\*/g, '<strong>$1</strong>')
    .replace(/(?<![\w*])\*(\S(?:[^*]*\S)?)\*(?![\w*])/g, '<em>$1</em>');
}
