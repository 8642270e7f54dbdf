// The script of the enrollment pages. Which page it is stands on the document.

import { startLanguage } from "./language.js";
import { startScreen } from "./screen.js";
import { openInvitation } from "./invitation.js";
import { openConfirmation } from "./confirmation.js";
import { openRequest } from "./request.js";

const pages = { enroll: openInvitation, pickup: openInvitation, confirm: openConfirmation, request: openRequest };

startLanguage();
startScreen();
const open = pages[document.body.dataset.page];
open();
// A second link of a mail, opened in the same tab, changes only what stands behind the #.
addEventListener("hashchange", () => {
  if (location.hash.length > 1) open();
});
