/** Async/await over RxJava 3. */
module dev.weft.rxjava {
    requires transitive dev.weft;
    requires transitive io.reactivex.rxjava3;
    requires static org.jspecify;
}
