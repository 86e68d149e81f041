/** A program on the module path of a linked JDK: its libraries are automatic modules, which jlink refuses. */
module hello.both {
    requires dev.weft.reactor;
    requires dev.weft.rxjava;
}
