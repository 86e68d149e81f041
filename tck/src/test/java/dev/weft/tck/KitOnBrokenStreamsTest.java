package dev.weft.tck;

class KitOnBrokenStreamsTest extends KitOnBroken {
    KitOnBrokenStreamsTest() {
        super(BrokenStreams.class);
    }
}
