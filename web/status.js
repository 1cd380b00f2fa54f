// Shows /status and refreshes it.

const list = document.getElementById('status');
const error = document.getElementById('status-error');
const version = document.getElementById('version');

const megabytes = (bytes) => `${(bytes / 1048576).toFixed(1)} MiB`;

function duration(seconds) {
  const units = [
    ['d', 86400],
    ['h', 3600],
    ['min', 60],
  ];
  for (const [unit, size] of units) {
    if (seconds >= size) return `${Math.floor(seconds / size)} ${unit}`;
  }
  return `${Math.floor(seconds)} s`;
}

function entries(status) {
  const r = status.rutile;
  return [
    ['Connections', status.connections],
    ['Statements', r.questions],
    ['Slow statements', r.slow_queries],
    ['Uptime', duration(r.uptime_seconds)],
    ['Memory', megabytes(r.memory.rss)],
    ['Process', r.pid],
  ];
}

async function refresh() {
  try {
    const status = await (await fetch('status')).json();
    version.textContent = status.version;
    list.replaceChildren(
      ...entries(status).map(([name, value]) => {
        const group = document.createElement('div');
        const term = document.createElement('dt');
        const data = document.createElement('dd');
        term.textContent = name;
        data.textContent = String(value);
        group.append(term, data);
        return group;
      }),
    );
    error.textContent = '';
  } catch {
    error.textContent = 'The server does not answer.';
  }
}

refresh();
setInterval(refresh, 2000);
