// What the form of a window does: a script of its own, so that no other page carries it.
import "./windows.js";
import "./recurrence.js";
