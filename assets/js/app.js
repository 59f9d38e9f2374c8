// What the console's pages do beyond links and forms. Every module works on what the
// server has drawn, and leaves it usable where it is not there.
import "./clock.js";
import "./live.js";
import "./session.js";
import "./drafts.js";
import "./panels.js";
import "./opener.js";
import "./menus.js";
import "./forms.js";
import "./answers.js";
import "./durations.js";
import "./toasts.js";
import "./preview.js";
import "./accountzone.js";
