// What makes pages nicer where scripts run. Every page works without this.
'use strict';

// A code comes behind '#', which no browser sends to a server and no log holds.
const takeFragment = () => {
  for (const field of document.querySelectorAll('[data-from-fragment]')) {
    const code = decodeURIComponent(location.hash.slice(1));
    if (code.startsWith(field.dataset.fromFragment)) {
      field.value = code;
      history.replaceState(null, '', location.pathname);
      const fields = [...field.form.querySelectorAll('input:not([type=hidden])')];
      fields[fields.indexOf(field) + 1]?.focus();
    }
  }
};
takeFragment();
// The same page is open already when the link is opened again.
addEventListener('hashchange', takeFragment);

// A token is copied by one click.
for (const field of document.querySelectorAll('[data-copy]')) {
  field.addEventListener('focus', () => field.select());
  if (!navigator.clipboard) continue;
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = 'Copy';
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(field.value);
    button.textContent = 'Copied';
  });
  field.after(button);
}

// What is marked as live is fetched again when something happens, but not from under somebody's fingers.
const heard = document.querySelector('[data-heard]');
if (heard && document.querySelector('[data-live]')) {
  let waiting = 0;
  const refresh = () => {
    waiting = 0;
    for (const part of document.querySelectorAll('[data-live]')) {
      const isUsed = part.contains(document.activeElement) || part.querySelector('details[open]');
      if (isUsed) {
        waiting = setTimeout(refresh, 3000);
      } else {
        htmx.trigger(part, 'live');
        heard.textContent = heard.dataset.heard;
      }
    }
  };
  const events = new EventSource('/v1/events');
  for (const name of ['snapshot', 'presence', 'grant', 'pairing', 'devices', 'instances', 'sync_log', 'missed']) {
    events.addEventListener(name, () => {
      waiting ||= setTimeout(refresh, 300);
    });
  }
  events.addEventListener('open', () => {
    heard.textContent = '';
  });
  events.addEventListener('error', () => {
    heard.textContent = heard.dataset.lost;
  });
}
