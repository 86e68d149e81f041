package dev.weft.spi;

/** A body or generator that says where its coroutine runs. */
public interface Dispatched {
    /** {@return what carries the coroutine} */
    Carrier carrier();
}
