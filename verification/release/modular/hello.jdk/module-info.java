/** A program that is linked together with its modules into an image of its own. */
module hello.jdk {
    requires dev.weft;
}
