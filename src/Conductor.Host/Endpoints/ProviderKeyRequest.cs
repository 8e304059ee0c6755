using System.Text.Json;
using Conductor.Errors;
using Conductor.Sealing;
using Conductor.Wire;

namespace Conductor.Host.Endpoints;

/// <summary>The body of `PUT /admin/v1/providers/{name}/keys`. No message says anything of a value.</summary>
internal static class ProviderKeyRequest
{
    private const string Keys = "keys";
    private const int MostKeys = 100;
    private const decimal MostWeight = 1_000_000;

    /// <exception cref="InvalidRequestException">The body is wrong.</exception>
    public static IReadOnlyList<(ProviderKeyEntry Key, string Value)> Read(JsonElement body)
    {
        if (body.EnumerateObject().Any(member => member.Name != Keys))
        {
            throw Wrong("The body", null, "takes 'keys' alone");
        }

        if (!body.TryGetProperty(Keys, out var keys))
        {
            throw new InvalidRequestException("'keys' is missing: a list of { \"value\": … }.", Keys, WireRequestCodes.MissingMember);
        }

        if (keys.ValueKind != JsonValueKind.Array || keys.GetArrayLength() is 0 or > MostKeys)
        {
            throw Wrong("'keys'", Keys, $"must be a list of 1 to {MostKeys} keys");
        }

        return [.. keys.EnumerateArray().Select((key, i) => One(key, $"{Keys}[{i}]"))];
    }

    private static (ProviderKeyEntry Key, string Value) One(JsonElement key, string path)
    {
        if (key.ValueKind != JsonValueKind.Object || key.EnumerateObject().Any(member => member.Name is not ("value" or "weight" or "rpm" or "tpm")))
        {
            throw Wrong($"'{path}'", path, "must be an object of 'value', 'weight', 'rpm' and 'tpm'");
        }

        var value = key.TryGetProperty("value", out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
        if (ProviderKeyText.Problem(value) is { } problem)
        {
            throw Wrong($"'{path}.value'", $"{path}.value", problem);
        }

        decimal? weight = null;
        if (key.TryGetProperty("weight", out var share))
        {
            weight = share.ValueKind == JsonValueKind.Number && share.TryGetDecimal(out var number) && number is > 0 and <= MostWeight ? number
                : throw Wrong($"'{path}.weight'", $"{path}.weight", $"must be a number above 0, at most {MostWeight}");
        }

        return (new ProviderKeyEntry(true, weight, Whole(key, "rpm", int.MaxValue, path), Whole(key, "tpm", long.MaxValue, path)), value!);
    }

    private static long? Whole(JsonElement key, string name, long most, string path) =>
        !key.TryGetProperty(name, out var value) ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= 1 && number <= most ? number
        : throw Wrong($"'{path}.{name}'", $"{path}.{name}", $"must be a whole number from 1 to {most}");

    private static InvalidRequestException Wrong(string what, string? member, string problem) => new($"{what} {problem}.", member, "invalid_value");
}
