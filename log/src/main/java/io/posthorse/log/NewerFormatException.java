package io.posthorse.log;

import java.io.IOException;

/** Thrown for a file format that this version does not know. The file is left as it is. */
public final class NewerFormatException extends IOException {
    private static final long serialVersionUID = 1;

    public NewerFormatException(String file, int version, int known) {
        super(file + " has format version " + version + "; this program knows versions up to " + known
                + ". A newer release wrote it: start that release. Nothing was changed.");
    }
}
