using System.Text.Json;
using Conductor.Prompts;

namespace Conductor.Host.Cli;

/// <summary>The prompts in force, as JSON.</summary>
internal static class PromptList
{
    public static void Write(Utf8JsonWriter json, IReadOnlyList<PromptState> states)
    {
        json.WriteStartObject();
        json.WriteStartArray("data");
        foreach (var state in states)
        {
            json.WriteStartObject();
            json.WriteString("operation", state.Operation);
            json.WriteString("source", state.File is null ? "shipped" : "file");
            json.WriteString("file", state.File);
            json.WriteString("name", state.Template?.Name);
            json.WriteString("template_format", state.Template?.TemplateFormat);
            json.WriteString("problem", state.Problem);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
