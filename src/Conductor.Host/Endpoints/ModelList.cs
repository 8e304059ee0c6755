using System.Text.Json;
using Conductor.Catalog;
using Conductor.Providers;

namespace Conductor.Host.Endpoints;

/// <summary>A model, an alias or `auto`, as lists show it.</summary>
internal sealed record ListedModel(string Id, string Kind, string OwnedBy)
{
    public string? DisplayName { get; init; }

    public IReadOnlyList<string> Capabilities { get; init; } = [];

    public IReadOnlyList<string> Operations { get; init; } = [];

    public int? ContextWindow { get; init; }

    public int? MaxOutputTokens { get; init; }

    /// <summary>What an alias stands for.</summary>
    public IReadOnlyList<string> Targets { get; init; } = [];
}

/// <summary>What a tenant may ask for: `auto`, the aliases, then every provider's models.</summary>
internal static class ModelList
{
    private static readonly ModelCapabilities[] Single = [.. Enum.GetValues<ModelCapabilities>().Where(value => value != ModelCapabilities.None)];

    /// <param name="catalog">What can be called now.</param>
    /// <param name="tenant">Who asks; null = everything.</param>
    public static IReadOnlyList<ListedModel> For(CatalogSnapshot catalog, string? tenant)
    {
        var list = new List<ListedModel> { new("auto", "route", "conductor") { DisplayName = "The best model for the request" } };
        foreach (var (name, alias) in catalog.Settings.Aliases)
        {
            list.Add(new ListedModel(name, "alias", "conductor") { Targets = [.. alias.Targets.Select(target => target.Model)] });
        }

        foreach (var provider in catalog.Providers.Values)
        {
            list.AddRange(provider.Models.Select(model => new ListedModel($"{provider.Name}/{model.Id}", "model", provider.Name)
            {
                DisplayName = model.DisplayName,
                Capabilities = [.. Single.Where(value => model.Capabilities.HasFlag(value)).Select(NameOf)],
                Operations = model.Operations,
                ContextWindow = model.ContextWindow,
                MaxOutputTokens = model.MaxOutputTokens,
            }));
        }

        var allowed = tenant is null ? [] : catalog.Settings.Tenants.GetValueOrDefault(tenant)?.Models ?? [];
        return allowed.Count == 0 ? list : [.. list.Where(model => allowed.Any(pattern => Matches(pattern, model.Id)))];
    }

    public static void Write(Utf8JsonWriter json, IReadOnlyList<ListedModel> models)
    {
        json.WriteStartObject();
        json.WriteString("object", "list");
        json.WriteStartArray("data");
        foreach (var model in models)
        {
            Write(json, model);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static bool Matches(string pattern, string id) =>
        pattern.EndsWith('*') ? id.StartsWith(pattern[..^1], StringComparison.Ordinal) : id.Equals(pattern, StringComparison.Ordinal);

    private static string NameOf(ModelCapabilities capability) => capability switch
    {
        ModelCapabilities.JsonSchema => "json_schema",
        _ => capability.ToString().ToLowerInvariant(),
    };

    public static void Write(Utf8JsonWriter json, ListedModel model)
    {
        json.WriteStartObject();
        json.WriteString("id", model.Id);
        json.WriteString("object", "model");
        json.WriteNumber("created", 0);
        json.WriteString("owned_by", model.OwnedBy);
        json.WriteString("kind", model.Kind);
        json.WriteString("display_name", model.DisplayName);
        json.WriteStartArray("capabilities");
        foreach (var capability in model.Capabilities)
        {
            json.WriteStringValue(capability);
        }

        json.WriteEndArray();
        json.WriteStartArray("operations");
        foreach (var operation in model.Operations)
        {
            json.WriteStringValue(operation);
        }

        json.WriteEndArray();
        WriteNumber(json, "context_window", model.ContextWindow);
        WriteNumber(json, "max_output_tokens", model.MaxOutputTokens);
        json.WriteStartArray("targets");
        foreach (var target in model.Targets)
        {
            json.WriteStringValue(target);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, int? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
