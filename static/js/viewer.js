/* Pictures of a conversation in a dialog: <a data-picture data-name data-download href><img alt></a> opens in
   <dialog data-viewer> (templates/files/_viewer.html). Arrow keys go from picture to picture of the whole page, + and -
   or a press zoom, Escape closes; the focus returns to the picture that was last in view. Without this script the link
   leads to the picture. */
const viewer = document.querySelector("[data-viewer]");

if (viewer) {
  const part = (name) => viewer.querySelector(`[data-viewer-${name}]`);
  const [picture, place, zoom, download, stage, broken] = ["picture", "place", "zoom", "download", "stage", "broken"].map(part);
  const steps = [...viewer.querySelectorAll("[data-viewer-step]")];
  const links = () => [...document.querySelectorAll("a[data-picture]")];
  let at = 0;

  const enlarge = (large) => {
    stage.classList.toggle("is-large", large);
    zoom.setAttribute("aria-pressed", String(large));
  };

  const isShown = (shown) => {
    picture.hidden = !shown;
    broken.hidden = shown;
    zoom.disabled = !shown;
  };
  picture.addEventListener("load", () => isShown(true));
  picture.addEventListener("error", () => isShown(!picture.hasAttribute("src")));

  function show(index) {
    const all = links();
    at = Math.max(0, Math.min(index, all.length - 1));
    const { name, download: address } = all[at].dataset;
    enlarge(false);
    isShown(true);
    picture.src = all[at].href;
    picture.alt = all[at].querySelector("img").alt;
    viewer.querySelector("#viewer-name").textContent = name;
    download.href = address;
    place.textContent = all.length > 1 ? viewer.dataset.place.replace("{number}", at + 1).replace("{count}", all.length) : "";
    steps[0].hidden = at === 0;
    steps[1].hidden = at === all.length - 1;
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-picture]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    show(links().indexOf(link));
    viewer.showModal();
    stage.focus();
  });
  viewer.addEventListener("click", (event) => {
    const step = event.target.closest("[data-viewer-step]");
    if (step) show(at + Number(step.dataset.viewerStep));
    else if (event.target === picture || event.target.closest("[data-viewer-zoom]")) enlarge(!stage.classList.contains("is-large"));
    else if (event.target === viewer || event.target.closest("[data-close-dialog]")) viewer.close();
  });
  viewer.addEventListener("keydown", (event) => {
    const moves = { ArrowLeft: -1, ArrowRight: 1 };
    // Enlarged, the arrows move the picture.
    if (event.key in moves && !stage.classList.contains("is-large")) show(at + moves[event.key]);
    else if (event.key === "+" || event.key === "=") enlarge(true);
    else if (event.key === "-") enlarge(false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  viewer.addEventListener("close", () => {
    picture.removeAttribute("src");
    links()[at]?.focus();
  });
}
