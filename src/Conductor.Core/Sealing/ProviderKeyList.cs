using System.Globalization;
using System.Text.Json;
using Conductor.Configuration.Editing;

namespace Conductor.Sealing;

/// <summary>The `keys` of a provider as they are written in `conductor.yaml`, without what is secret in them.</summary>
public static class ProviderKeyList
{
    private const string Providers = "providers";
    private const string Keys = "keys";
    private const string Value = "value";
    private static readonly string[] Limits = ["weight", "rpm", "tpm"];

    /// <summary>Whether the document has a provider.</summary>
    /// <param name="root">The document.</param>
    /// <param name="provider">Its name.</param>
    public static bool Has(JsonElement root, string provider) => ProviderOf(root, provider) is not null;

    /// <summary>What can be told of the keys, in their order; empty where there are none.</summary>
    /// <param name="root">The document.</param>
    /// <param name="provider">The provider's name.</param>
    public static IReadOnlyList<ProviderKeyEntry> Read(JsonElement root, string provider)
    {
        List<ProviderKeyEntry> entries = [];
        foreach (var key in KeysOf(root, provider))
        {
            var limits = key.ValueKind == JsonValueKind.Object ? key : default;
            entries.Add(new ProviderKeyEntry(SealedValue.Is(TextOf(key)), Number(limits, Limits[0]), Whole(limits, Limits[1]), Whole(limits, Limits[2])));
        }

        return entries;
    }

    /// <summary>The sealed values of all providers, with their places.</summary>
    internal static IEnumerable<(string Provider, int Index, bool IsObject, string Text)> Sealed(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty(Providers, out var providers) || providers.ValueKind != JsonValueKind.Object)
        {
            yield break;
        }

        foreach (var provider in providers.EnumerateObject())
        {
            var index = 0;
            foreach (var key in KeysOf(root, provider.Name))
            {
                if (TextOf(key) is { } text && SealedValue.Is(text))
                {
                    yield return (provider.Name, index, key.ValueKind == JsonValueKind.Object, text);
                }

                index++;
            }
        }
    }

    /// <summary>Puts a sealed value in another's place.</summary>
    internal static void Replace(YamlSplice yaml, string provider, int index, bool isObject, string text)
    {
        if (isObject)
        {
            yaml.Set($"\"{text}\"", Providers, provider, Keys, index, Value);
        }
        else
        {
            yaml.Set($"\"{text}\"", Providers, provider, Keys, index);
        }
    }

    /// <summary>Puts keys in the place of all that a provider has.</summary>
    /// <exception cref="FormatException">The document has a shape that only a person can change.</exception>
    public static void Put(YamlSplice yaml, string provider, IEnumerable<(ProviderKeyEntry Key, string Value)> keys, MasterKey master)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        ArgumentNullException.ThrowIfNull(master);
        yaml.Set($"[ {string.Join(", ", keys.Select(key => Text(key.Key, master.Seal(provider, key.Value))))} ]", Providers, provider, Keys);
    }

    /// <summary>Adds a key behind those that a provider has.</summary>
    /// <exception cref="FormatException">The document has a shape that only a person can change.</exception>
    public static void Add(YamlSplice yaml, string provider, ProviderKeyEntry key, string value, MasterKey master)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(master);
        yaml.Add(Text(key, master.Seal(provider, value)), Providers, provider, Keys);
    }

    /// <summary>Takes a key away; false where there is none at that place.</summary>
    /// <exception cref="FormatException">The document has a shape that only a person can change.</exception>
    public static bool Remove(YamlSplice yaml, string provider, int index)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        return yaml.Remove(Providers, provider, Keys, index);
    }

    private static string Text(ProviderKeyEntry key, string text)
    {
        List<string> members = [$"{Value}: \"{text}\""];
        Add("weight", key.Weight);
        Add("rpm", key.Rpm);
        Add("tpm", key.Tpm);
        return $"{{ {string.Join(", ", members)} }}";

        void Add(string name, decimal? number)
        {
            if (number is { } known)
            {
                members.Add($"{name}: {known.ToString(CultureInfo.InvariantCulture)}");
            }
        }
    }

    private static JsonElement? ProviderOf(JsonElement root, string provider) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty(Providers, out var providers) && providers.ValueKind == JsonValueKind.Object && providers.TryGetProperty(provider, out var found)
            ? found : null;

    private static List<JsonElement> KeysOf(JsonElement root, string provider) =>
        ProviderOf(root, provider) is { ValueKind: JsonValueKind.Object } found && found.TryGetProperty(Keys, out var keys) && keys.ValueKind == JsonValueKind.Array ? [.. keys.EnumerateArray()] : [];

    private static string? TextOf(JsonElement key) =>
        key.ValueKind == JsonValueKind.Object && key.TryGetProperty(Value, out var inner) ? TextOf(inner) : key.ValueKind == JsonValueKind.String ? key.GetString() : null;

    private static decimal? Number(JsonElement key, string name) =>
        key.ValueKind == JsonValueKind.Object && key.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number) ? number : null;

    private static long? Whole(JsonElement key, string name) =>
        key.ValueKind == JsonValueKind.Object && key.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;
}
