/* The answer that was chosen in a mail is sent by the page that the link opens. Contract:
     <form data-sends-itself>     only on the page of somebody who is signed in as the addressee
   A page that the browser only prepares (prerendering) or holds in the background waits until it is looked at. */
const form = document.querySelector("form[data-sends-itself]");
let isSent = false;

function send() {
  if (isSent || document.prerendering || document.visibilityState !== "visible") return;
  isSent = true;
  form.requestSubmit();
}

document.addEventListener("prerenderingchange", send);
document.addEventListener("visibilitychange", send);
send();
