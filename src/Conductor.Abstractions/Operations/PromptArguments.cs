using System.Text.Json;

namespace Conductor.Operations;

/// <summary>Values for a prompt's variables, made from what a request holds.</summary>
public static class PromptArguments
{
    /// <summary>A request's `context` as text: one `name: value` a line, in the order given; strings as they are, everything else as JSON. Empty for none.</summary>
    public static string FromContext(IReadOnlyDictionary<string, JsonElement>? context)
    {
        if (context is null)
        {
            return "";
        }

        return string.Join('\n', context.Select(entry =>
            $"{entry.Key}: {(entry.Value.ValueKind is JsonValueKind.String ? entry.Value.GetString() : entry.Value.GetRawText())}"));
    }
}
