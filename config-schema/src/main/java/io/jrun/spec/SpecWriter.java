// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * Writes OCI documents as {@code runc spec} does: indented by tabs, keys in the order of the
 * specification's Go structs, no newline at the end. What is null is left out, so that what was
 * read is written back. Strings must be ones that UTF-8 can hold; those that were read are.
 */
public final class SpecWriter {
  private SpecWriter() {}

  /** Writes a {@code config.json}. */
  public static byte[] write(Spec spec) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator out = generator(bytes)) {
      out.writeStartObject();
      spec(new FieldWriter(out), spec);
      out.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return bytes.toByteArray();
  }

  /** Writes the document of {@code exec --process}. */
  public static byte[] writeProcess(Process process) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator out = generator(bytes)) {
      out.writeStartObject();
      ProcessWriter.fields(new FieldWriter(out), process);
      out.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return bytes.toByteArray();
  }

  /** Writes the document of {@code update --resources}. */
  public static byte[] writeResources(LinuxResources resources) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator out = generator(bytes)) {
      out.writeStartObject();
      ResourcesWriter.fields(new FieldWriter(out), resources);
      out.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return bytes.toByteArray();
  }

  private static JsonGenerator generator(ByteArrayOutputStream bytes) throws IOException {
    DefaultIndenter tabs = new DefaultIndenter("\t", "\n");
    Separators separators =
        Separators.createDefaultInstance()
            .withObjectFieldValueSpacing(Separators.Spacing.AFTER)
            .withObjectEmptySeparator("")
            .withArrayEmptySeparator("");
    DefaultPrettyPrinter printer = new DefaultPrettyPrinter(separators);
    printer.indentObjectsWith(tabs);
    printer.indentArraysWith(tabs);
    JsonFactory factory =
        JsonFactory.builder().enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8).build();
    return factory.createGenerator(bytes).setPrettyPrinter(printer);
  }

  private static void spec(FieldWriter f, Spec spec) throws IOException {
    f.string("ociVersion", spec.ociVersion());
    ProcessWriter.process(f, spec.process());
    Root root = spec.root();
    if (f.startObject("root", root)) {
      f.string("path", root.path());
      f.bool("readonly", root.readonly());
      f.endObject();
    }
    f.string("hostname", spec.hostname());
    f.string("domainname", spec.domainname());
    mounts(f, spec.mounts());
    hooks(f, spec.hooks());
    f.stringMap("annotations", spec.annotations());
    LinuxWriter.linux(f, spec.linux());
  }

  private static void mounts(FieldWriter f, List<Mount> mounts) throws IOException {
    if (!f.startArray("mounts", mounts)) {
      return;
    }
    for (Mount mount : mounts) {
      f.startElement();
      f.string("destination", mount.destination());
      f.string("type", mount.type());
      f.string("source", mount.source());
      f.strings("options", mount.options());
      LinuxWriter.idMappings(f, "uidMappings", mount.uidMappings());
      LinuxWriter.idMappings(f, "gidMappings", mount.gidMappings());
      f.endObject();
    }
    f.endArray();
  }

  private static void hooks(FieldWriter f, Hooks hooks) throws IOException {
    if (!f.startObject("hooks", hooks)) {
      return;
    }
    hookList(f, "prestart", hooks.prestart());
    hookList(f, "createRuntime", hooks.createRuntime());
    hookList(f, "createContainer", hooks.createContainer());
    hookList(f, "startContainer", hooks.startContainer());
    hookList(f, "poststart", hooks.poststart());
    hookList(f, "poststop", hooks.poststop());
    f.endObject();
  }

  private static void hookList(FieldWriter f, String key, List<Hook> hooks) throws IOException {
    if (!f.startArray(key, hooks)) {
      return;
    }
    for (Hook hook : hooks) {
      f.startElement();
      f.string("path", hook.path());
      f.strings("args", hook.args());
      f.strings("env", hook.env());
      f.number("timeout", hook.timeout());
      f.endObject();
    }
    f.endArray();
  }
}
