using System.Globalization;
using Conductor.Errors;
using Conductor.Providers;
using Conductor.Routing;
using Conductor.Wire.Anthropic;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Dialects.Anthropic;

/// <summary>The list of models by pages, as `limit`, `after_id` and `before_id` ask for them.</summary>
internal static class AnthropicModelPages
{
    private const int UsualSize = 20;
    private const int MostSize = 1_000;

    /// <exception cref="InvalidRequestException">The query is wrong.</exception>
    public static AnthropicModelPage Of(IReadOnlyList<ListedModel> models, IQueryCollection query)
    {
        ArgumentNullException.ThrowIfNull(models);
        ArgumentNullException.ThrowIfNull(query);
        var size = SizeOf(query);
        var (after, before) = (PlaceOf(models, query, "after_id"), PlaceOf(models, query, "before_id"));
        if (after is not null && before is not null)
        {
            throw new InvalidRequestException("'after_id' and 'before_id' are both given; a page stands behind one or before the other.", "after_id", "invalid_value");
        }

        var start = before is { } end ? Math.Max(0, end - size) : (after ?? -1) + 1;
        var rows = models.Take(before ?? models.Count).Skip(start).Take(size).Select(RowOf).ToList();
        var hasMore = before is not null ? start > 0 : start + rows.Count < models.Count;
        return new AnthropicModelPage(rows, hasMore, LastId: null);
    }

    public static AnthropicModel RowOf(ListedModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new AnthropicModel(model.Id)
        {
            DisplayName = model.DisplayName,
            MaxInputTokens = model.ContextWindow,
            MaxTokens = model.MaxOutputTokens,
            TakesImages = model.Capabilities.HasFlag(ModelCapabilities.Vision),
        };
    }

    private static int SizeOf(IQueryCollection query)
    {
        if (query["limit"] is not [{ Length: > 0 } text])
        {
            return UsualSize;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size is >= 1 and <= MostSize
            ? size
            : throw new InvalidRequestException($"'limit' must be a whole number from 1 to {MostSize}.", "limit", "invalid_value");
    }

    private static int? PlaceOf(IReadOnlyList<ListedModel> models, IQueryCollection query, string name)
    {
        if (query[name] is not [{ Length: > 0 } id])
        {
            return null;
        }

        for (var i = 0; i < models.Count; i++)
        {
            if (models[i].Id == id)
            {
                return i;
            }
        }

        throw new InvalidRequestException($"'{name}' names no model of the list.", name, "invalid_value");
    }
}
