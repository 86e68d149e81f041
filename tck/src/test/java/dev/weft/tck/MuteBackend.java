package dev.weft.tck;

import dev.weft.spi.Undeliverable;

/** A backend without hooks. */
final class MuteBackend extends ModelBackend {
    @Override
    public void undeliverable(Undeliverable signal, Object context) {}
}
