package dev.weft;

import java.io.OutputStream;

/**
 * Code that writes to an {@link OutputStream}; see {@link ByteStreams#fromOutputStream}.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface OutputBody {
    /**
     * Writes, on the current thread or on others that it waits for.
     *
     * @param out where to; it need not be closed
     * @throws Exception what the stream fails with, after what was written before
     */
    void write(OutputStream out) throws Exception;
}
