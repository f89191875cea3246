/* Contract: <select data-application> whose options carry what is known of the application: data-products (ids),
   data-platforms, data-versions ("android=4.3.2 ios=4.3.1"). Choosing one fills in product, platform and SDK version
   where the person has not said otherwise; a new platform brings its version. */
const application = document.querySelector("select[data-application]");

if (application) {
  const { product, platform, sdk_version: version } = application.form.elements;
  const filled = new Map();

  const fill = (field, value) => {
    if (!field || !value || (field.value && field.value !== filled.get(field))) return;
    field.value = value;
    filled.set(field, field.value);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const facts = () => application.selectedOptions[0].dataset;
  const words = (text) => (text ?? "").trim().split(/\s+/).filter(Boolean);
  const fillVersion = () => {
    const versions = new Map(words(facts().versions).map((pair) => pair.split("=", 2)));
    fill(version, versions.get(platform?.value));
  };

  application.addEventListener("change", () => {
    const products = words(facts().products);
    const platforms = words(facts().platforms);
    if (products.length === 1) fill(product, products[0]);
    if (platforms.length === 1) fill(platform, platforms[0]);
    fillVersion();
  });
  platform?.addEventListener("change", fillVersion);
}
