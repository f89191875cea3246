/* What every page loads. A page with behaviour of its own adds its module in the block "head":
   <script type="module" src="{% static 'js/queue.js' %}"></script>. Each file's first comment is its contract. */
import "./theme.js";
import "./clock.js";
import "./shortcuts.js";
import "./menu.js";
import "./palette.js";
import "./toast.js";
import "./live.js";
import "./copy.js";
import "./scroll-by-key.js";
import "./submit-once.js";
import "./submit-on-change.js";
import "./browser-zone.js";
