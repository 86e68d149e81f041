/**
 * What the watchdog reports, as rules for every backend. It is in a package outside Weft's, since a report leaves out
 * the frames of Weft.
 */
package operating;
