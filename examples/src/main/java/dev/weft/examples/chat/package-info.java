/** A chat over WebSocket: its {@link dev.weft.examples.chat.Rooms} belong to no library, its two servers are Reactor Netty and Vert.x. */
@NullMarked
package dev.weft.examples.chat;

import org.jspecify.annotations.NullMarked;
