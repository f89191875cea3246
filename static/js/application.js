/* Contract: <select data-application> whose options carry what is known of the application: data-products (ids),
   data-platforms, data-versions ("android=4.3.2 ios=4.3.1"). Choosing one fills in product, platform and SDK version
   where the person has not said otherwise; a new platform brings its version. The select may come and go. */
const filled = new WeakMap();
const words = (text) => (text ?? "").trim().split(/\s+/).filter(Boolean);

function fill(field, value) {
  if (!field || !value || (field.value && field.value !== filled.get(field))) return;
  field.value = value;
  filled.set(field, field.value);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function fillVersion(form, facts) {
  const versions = new Map(words(facts.versions).map((pair) => pair.split("=", 2)));
  fill(form.elements.sdk_version, versions.get(form.elements.platform?.value));
}

document.addEventListener("change", (event) => {
  const form = event.target.form;
  const application = form?.querySelector("select[data-application]");
  if (!application) return;
  const facts = application.selectedOptions[0]?.dataset ?? {};
  if (event.target === application) {
    const products = words(facts.products);
    const platforms = words(facts.platforms);
    if (products.length === 1) fill(form.elements.product, products[0]);
    if (platforms.length === 1) fill(form.elements.platform, platforms[0]);
    fillVersion(form, facts);
  } else if (event.target === form.elements.platform) fillVersion(form, facts);
});
