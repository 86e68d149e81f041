/**
 * The kits of Reactive Streams for publishers and subscribers of ours, with the rules that they leave untested. A module says
 * by a {@link dev.weft.testing.streams.Library} what is its library's, and extends a kit for each publisher and each await.
 */
package dev.weft.testing.streams;
