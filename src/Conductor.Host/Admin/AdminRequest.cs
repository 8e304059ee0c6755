using System.Text.Json;
using Conductor.Configuration.Editing;
using Conductor.Errors;
using Conductor.Host.Http;
using Conductor.Wire;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Admin;

/// <summary>What requests that change documents have in common.</summary>
internal static class AdminRequest
{
    /// <summary>The body as JSON.</summary>
    /// <exception cref="ConductorException">It is none.</exception>
    public static async Task<JsonElement> ReadAsync(HttpContext http, long limit, JsonValueKind[] kinds)
    {
        var body = await RequestBody.ReadAsync(http, limit);
        try
        {
            StrictJson.RequireUtf8(body.Span);
            StrictJson.RequireWholeSurrogates(body.Span);
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 32 });
            return kinds.Contains(document.RootElement.ValueKind) ? document.RootElement.Clone()
                : throw new InvalidRequestException($"The body must be {string.Join(" or ", kinds.Select(Name))}.", null, "invalid_value");
        }
        catch (WireRequestException mistake)
        {
            throw new InvalidRequestException(mistake.Message, mistake.Param, mistake.Code, mistake);
        }
        catch (JsonException mistake)
        {
            throw new InvalidRequestException($"The body is no JSON: {mistake.Message}", null, "invalid_json");
        }
    }

    /// <summary>The member at a path; null where there is none.</summary>
    public static JsonElement? Find(JsonElement root, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty(name, out root))
            {
                return null;
            }
        }

        return root;
    }

    /// <summary>Puts an object's members in place, one by one: what does not change keeps its line and its comments, what the new one does not have goes.</summary>
    /// <param name="yaml">The document.</param>
    /// <param name="before">What stands there now; null = nothing.</param>
    /// <param name="after">What is to stand there.</param>
    /// <param name="path">Where.</param>
    public static void Put(YamlSplice yaml, JsonElement? before, JsonElement after, params string[] path)
    {
        if (before is not { ValueKind: JsonValueKind.Object } old || after.ValueKind != JsonValueKind.Object || !old.EnumerateObject().Any() || !after.EnumerateObject().Any())
        {
            yaml.Set(YamlText.Of(after), Steps(path));
            return;
        }

        foreach (var member in old.EnumerateObject().Where(member => !after.TryGetProperty(member.Name, out _)))
        {
            yaml.Remove(Steps([.. path, member.Name]));
        }

        foreach (var member in after.EnumerateObject().Where(member => !old.TryGetProperty(member.Name, out var known) || !JsonElement.DeepEquals(known, member.Value)))
        {
            yaml.Set(YamlText.Of(member.Value), Steps([.. path, member.Name]));
        }
    }

    /// <summary>Takes a member out; false where there is none.</summary>
    public static bool Remove(YamlSplice yaml, params string[] path) => yaml.Remove(Steps(path));

    private static YamlStep[] Steps(string[] path) => [.. path.Select(name => (YamlStep)name)];

    private static string Name(JsonValueKind kind) => kind == JsonValueKind.Array ? "a list" : "an object";
}
