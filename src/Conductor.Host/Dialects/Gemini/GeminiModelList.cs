using System.Globalization;
using System.Text.Json;
using Conductor.Errors;
using Conductor.Providers;
using Conductor.Routing;
using Conductor.Wire;
using Conductor.Wire.Gemini;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Dialects.Gemini;

/// <summary>What may be asked for in Google's shape, page by page.</summary>
internal static class GeminiModelList
{
    // Google's own sizes.
    private const int DefaultPage = 50;
    private const int LargestPage = 1000;

    private static readonly string[] Chats = ["generateContent", "countTokens"];
    private static readonly string[] Vectors = ["embedContent", "batchEmbedContents"];

    public static void Write(Utf8JsonWriter json, IReadOnlyList<ListedModel> models, IQueryCollection query)
    {
        var size = Number(query, "pageSize", LargestPage) is > 0 and var asked ? Math.Min(asked, LargestPage) : DefaultPage;
        var start = Number(query, "pageToken", int.MaxValue);
        // Engines that only run operations cannot be called in this dialect.
        var rows = models.Where(model => model.Kind != "model" || MethodsOf(model.Capabilities).Count > 0).ToList();
        GeminiModelsWriter.WriteList(
            json,
            rows.Skip(start).Take(size).Select(Describe),
            start + size < rows.Count ? (start + size).ToString(CultureInfo.InvariantCulture) : null);
    }

    public static GeminiModel Describe(ListedModel model) => new(model.Id)
    {
        DisplayName = model.DisplayName ?? model.Id,
        Description = model.Targets.Count > 0 ? $"An alias of {string.Join(", ", model.Targets)}." : $"Offered by {model.OwnedBy}.",
        Version = "001",
        InputTokenLimit = model.ContextWindow,
        OutputTokenLimit = model.MaxOutputTokens,
        // An alias can what its targets can, which its row does not say.
        Methods = model.Kind == "model" ? MethodsOf(model.Capabilities) : [.. Chats, .. Vectors],
        Thinks = model.Capabilities.HasFlag(ModelCapabilities.Reasoning) ? true : null,
    };

    private static List<string> MethodsOf(ModelCapabilities capabilities) =>
    [
        .. capabilities.HasFlag(ModelCapabilities.Chat) ? Chats : [],
        .. capabilities.HasFlag(ModelCapabilities.Embeddings) ? Vectors : [],
    ];

    private static int Number(IQueryCollection query, string name, int most)
    {
        var text = (string?)query[name];
        if (string.IsNullOrEmpty(text))
        {
            return 0;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? Math.Min(number, most)
            : throw new InvalidRequestException($"'{name}' is no number that this server has given.", name, WireRequestCodes.InvalidValue);
    }
}
