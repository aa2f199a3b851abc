// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import ch.qos.logback.classic.spi.ILoggingEvent;
import io.jrun.document.StateDocument;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/**
 * A log record as a line:
 *
 * <pre>
 * {"level":"error","msg":"container does not exist","time":"2026-01-01T00:00:00Z"}
 * time="2026-01-01T00:00:00Z" level=error msg="container does not exist"
 * </pre>
 */
final class LogFormat {
  private LogFormat() {}

  static String format(ILoggingEvent event, boolean json) {
    String level = event.getLevel().toString().toLowerCase(Locale.ROOT);
    level = level.equals("warn") ? "warning" : level;
    String time =
        Instant.ofEpochMilli(event.getTimeStamp()).truncatedTo(ChronoUnit.SECONDS).toString();
    StringBuilder out = new StringBuilder();
    if (json) {
      out.append("{\"level\":\"").append(level).append("\",\"msg\":");
      StateDocument.quote(out, event.getFormattedMessage());
      return out.append(",\"time\":\"").append(time).append("\"}\n").toString();
    }
    out.append("time=\"").append(time).append("\" level=").append(level).append(" msg=");
    value(out, event.getFormattedMessage());
    return out.append('\n').toString();
  }

  /** Only what is more than a plain word is quoted. */
  private static void value(StringBuilder out, String text) {
    boolean plain = !text.isEmpty();
    for (int i = 0; i < text.length() && plain; i++) {
      char c = text.charAt(i);
      plain =
          c >= 'a' && c <= 'z'
              || c >= 'A' && c <= 'Z'
              || c >= '0' && c <= '9'
              || "-._/@^+".indexOf(c) >= 0;
    }
    if (plain) {
      out.append(text);
    } else {
      StateDocument.quote(out, text);
    }
  }
}
