package dev.weft.benchmarks.service;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;

/** A service in one style. It says its port, then answers questions about what it uses, until its input ends. */
public final class Server {
    private Server() {}

    /**
     * Serves.
     *
     * @param arguments the engine, the work, the style and the port of the upstream service
     * @throws IOException if its input cannot be read
     */
    public static void main(String... arguments) throws IOException {
        var engine = Engine.valueOf(arguments[0]);
        var work = Work.valueOf(arguments[1]);
        var style = Style.valueOf(arguments[2]);
        System.out.println(engine.start(work, style, Integer.parseInt(arguments[3])));
        var questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String question; (question = questions.readLine()) != null; )
            System.out.println(Question.valueOf(question).answer());
        System.exit(0);
    }

    /** What a service is asked about itself. */
    enum Question {
        /** The processor time of the process so far, in nanoseconds. */
        PROCESSOR {
            @Override
            long answer() {
                return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class)
                        .getProcessCpuTime();
            }
        },
        /** The bytes allocated so far, by all threads; those that carry virtual threads are among them. */
        ALLOCATED {
            @Override
            long answer() {
                return ManagementFactory.getPlatformMXBean(ThreadMXBean.class).getTotalThreadAllocatedBytes();
            }
        },
        /** The bytes of the heap that are in use, after a collection. */
        HEAP {
            @Override
            long answer() {
                System.gc();
                return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
            }
        };

        abstract long answer();
    }
}
