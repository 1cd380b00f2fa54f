// Sends a statement to /trace and draws its spans as a tree with a time line.

const form = document.getElementById('trace-form');
const error = document.getElementById('trace-error');
const result = document.getElementById('trace-result');

function credentials(user, password) {
  const bytes = new TextEncoder().encode(`${user}:${password}`);
  return 'Basic ' + btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join(''));
}

function cell(row, text, className = '') {
  const td = row.insertCell();
  td.textContent = text;
  td.className = className;
  return td;
}

/** One row per span; a child's name is indented under its parent's. */
function addSpan(body, span, depth, total) {
  const row = body.insertRow();
  cell(row, span.name).style.paddingLeft = `${depth + 0.5}rem`;
  cell(row, span.durationMs.toFixed(3), 'number');
  const facts = Object.entries(span.attributes ?? {});
  cell(row, facts.map(([name, value]) => `${name} ${value}`).join(', '));
  const bar = document.createElement('div');
  bar.className = 'bar';
  bar.style.left = `${Math.min((100 * span.startMs) / total, 100)}%`;
  bar.style.width = `${Math.min((100 * span.durationMs) / total, 100)}%`;
  cell(row, '', 'time').append(bar);
  for (const child of span.children ?? []) addSpan(body, child, depth + 1, total);
}

function draw(root) {
  const table = document.createElement('table');
  table.className = 'spans';
  const head = table.createTHead().insertRow();
  for (const title of ['Span', 'ms', '', 'Time']) {
    const th = document.createElement('th');
    th.textContent = title;
    head.append(th);
  }
  addSpan(table.createTBody(), root, 0, Math.max(root.durationMs, 0.001));
  result.replaceChildren(table);
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const fields = new FormData(form);
  error.textContent = '';
  result.replaceChildren();
  try {
    const response = await fetch('trace', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: credentials(fields.get('user'), fields.get('password')),
      },
      body: JSON.stringify({ sql: fields.get('sql'), db: fields.get('db') }),
    });
    const answer = await response.json();
    if (response.ok) draw(answer);
    else
      error.textContent = answer.error.code
        ? `${answer.error.code}: ${answer.error.message}`
        : answer.error.message;
  } catch {
    error.textContent = 'The server does not answer.';
  }
});
