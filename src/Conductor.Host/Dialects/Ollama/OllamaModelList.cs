using System.Text.Json;
using Conductor.Providers;
using Conductor.Routing;

namespace Conductor.Host.Dialects.Ollama;

/// <summary>
/// What may be asked for in Ollama's shape. Sizes, digests and dates of files are the servers' behind: they are zero, empty and the epoch here, where clients
/// of this dialect want a value.
/// </summary>
internal static class OllamaModelList
{
    private const string NoDate = "1970-01-01T00:00:00Z";

    /// <summary>`/api/tags`.</summary>
    public static void WriteTags(Utf8JsonWriter json, IReadOnlyList<ListedModel> models)
    {
        json.WriteStartObject();
        json.WriteStartArray("models");
        foreach (var model in models)
        {
            json.WriteStartObject();
            json.WriteString("name", model.Id);
            json.WriteString("model", model.Id);
            json.WriteString("modified_at", NoDate);
            json.WriteNumber("size", 0);
            json.WriteString("digest", "");
            WriteDetails(json, model);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>`/api/show`.</summary>
    public static void WriteShow(Utf8JsonWriter json, ListedModel model)
    {
        json.WriteStartObject();
        json.WriteString("modelfile", "");
        json.WriteString("template", "");
        WriteDetails(json, model);
        json.WriteStartObject("model_info");
        json.WriteString("general.architecture", "conductor");
        json.WriteString("general.basename", model.DisplayName ?? model.Id);
        if (model.ContextWindow is { } window)
        {
            json.WriteNumber("conductor.context_length", window);
        }

        json.WriteEndObject();
        json.WriteStartArray("capabilities");
        foreach (var (flag, name) in ((ModelCapabilities, string)[])
        [
            (ModelCapabilities.Chat, "completion"), (ModelCapabilities.Tools, "tools"), (ModelCapabilities.Vision, "vision"),
            (ModelCapabilities.Reasoning, "thinking"), (ModelCapabilities.Embeddings, "embedding"),
        ])
        {
            if (model.Capabilities.HasFlag(flag))
            {
                json.WriteStringValue(name);
            }
        }

        json.WriteEndArray();
        json.WriteString("modified_at", NoDate);
        json.WriteEndObject();
    }

    private static void WriteDetails(Utf8JsonWriter json, ListedModel model)
    {
        json.WriteStartObject("details");
        json.WriteString("parent_model", "");
        json.WriteString("format", "");
        json.WriteString("family", model.OwnedBy);
        json.WriteStartArray("families");
        json.WriteStringValue(model.OwnedBy);
        json.WriteEndArray();
        json.WriteString("parameter_size", "");
        json.WriteString("quantization_level", "");
        json.WriteEndObject();
    }
}
