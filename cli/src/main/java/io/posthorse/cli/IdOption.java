package io.posthorse.cli;

import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * An option with the id of a waiting message, as lists show it: 17, or L3.17 at a delay level, or U17 of an undecided
 * transaction.
 */
final class IdOption implements ITypeConverter<String> {
    private static final Pattern ID = Pattern.compile("\\d{1,18}|L\\d{1,9}\\.\\d{1,18}|U\\d{1,18}");

    @Override
    public String convert(String text) {
        if (!ID.matcher(text).matches()) {
            throw new TypeConversionException("'" + text + "' is not an id. Take ids from the list, such as 17.");
        }
        return text;
    }
}
