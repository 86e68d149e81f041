/**
 * The kits of Reactive Streams for Weft's publishers and subscribers, with the rules that they leave untested. A module
 * describes its library with a {@link dev.weft.testing.streams.Library}, and extends a kit for each publisher and each
 * await.
 */
package dev.weft.testing.streams;
