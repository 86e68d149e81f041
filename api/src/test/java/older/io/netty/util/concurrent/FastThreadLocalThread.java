package older.io.netty.util.concurrent;

/** As a Netty has it that does not note what runs on its threads. */
public final class FastThreadLocalThread extends Thread {
    public FastThreadLocalThread(Runnable task) {
        super(task);
    }
}
