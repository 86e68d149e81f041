package dev.weft.examples.chat;

import static dev.weft.Async.group;

import dev.weft.AsyncStream;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Rooms in which everybody hears everybody. A slow visitor misses the oldest messages, and slows down nobody. */
public final class Rooms {
    /** How many messages may wait for a visitor. */
    public static final int WAITING = 16;

    private final Map<String, Set<Visitor>> rooms = new ConcurrentHashMap<>();

    /**
     * Lets a visitor into a room. Returns when the visitor has said everything. Then, and also after a failure or a
     * cancellation, the visitor is gone and nothing of the visit is still running.
     *
     * @param room the name of the room
     * @param said what the visitor says
     * @param send sends something to the visitor, and waits until it is sent
     */
    public void visit(String room, AsyncStream<String> said, Consumer<String> send) {
        Set<Visitor> all = rooms.computeIfAbsent(room, unseen -> ConcurrentHashMap.newKeySet());
        var visitor = new Visitor(send, new ArrayBlockingQueue<>(WAITING));
        all.add(visitor);
        try {
            group(visit -> {
                visit.async(visitor::listen);
                said.forEach(text -> all.forEach(each -> each.tell(text)));
                visit.cancel();
            });
        } finally {
            all.remove(visitor);
        }
    }

    /** {@return how many visitors a room has} */
    public int visitors(String room) {
        return rooms.getOrDefault(room, Set.of()).size();
    }

    private record Visitor(Consumer<String> send, BlockingQueue<String> waiting) {
        void tell(String text) {
            while (!waiting.offer(text)) waiting.poll();
        }

        void listen() throws InterruptedException {
            for (; ; ) send.accept(waiting.take());
        }
    }
}
