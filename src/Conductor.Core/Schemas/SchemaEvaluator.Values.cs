using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Conductor.Text;

namespace Conductor.Schemas;

/// <summary>Checks of scalars.</summary>
internal sealed partial class SchemaEvaluator
{
    private const int MostChoicesShown = 24;

    private void CheckChoice(SchemaNode node, JsonElement value)
    {
        if (node.Const is { } only && !JsonElement.DeepEquals(only, value))
        {
            Report($"must be {JsonValues.Show(only)}{ItIs(node, value)}");
        }

        if (node.Enum is { } choices && !choices.Any(choice => JsonElement.DeepEquals(choice, value)))
        {
            var shown = string.Join(", ", choices.Take(MostChoicesShown).Select(JsonValues.Show));
            var more = choices.Count > MostChoicesShown ? ", …" : "";
            var hint = value.ValueKind == JsonValueKind.String && !node.WriteOnly
                ? NearestName.Hint(value.GetString()!, choices.Where(choice => choice.ValueKind == JsonValueKind.String).Select(choice => choice.GetString()!))
                : "";
            Report($"must be {(choices.Count == 1 ? "" : "one of ")}{shown}{more}{ItIs(node, value)}{hint}");
        }
    }

    private void CheckNumber(SchemaNode node, JsonElement value)
    {
        if (node.Minimum is { } minimum && JsonNumber.Compare(value, minimum) < 0)
        {
            Report($"must be at least {minimum.GetRawText()}{ItIs(node, value)}");
        }

        if (node.ExclusiveMinimum is { } above && JsonNumber.Compare(value, above) <= 0)
        {
            Report($"must be more than {above.GetRawText()}{ItIs(node, value)}");
        }

        if (node.Maximum is { } maximum && JsonNumber.Compare(value, maximum) > 0)
        {
            Report($"must be at most {maximum.GetRawText()}{ItIs(node, value)}");
        }

        if (node.ExclusiveMaximum is { } below && JsonNumber.Compare(value, below) >= 0)
        {
            Report($"must be less than {below.GetRawText()}{ItIs(node, value)}");
        }

        if (node.MultipleOf is { } step && !JsonNumber.IsMultiple(value, step))
        {
            Report($"must be a multiple of {step.GetRawText()}{ItIs(node, value)}");
        }
    }

    private void CheckString(SchemaNode node, JsonElement value)
    {
        if (node is { MinLength: null, MaxLength: null, Pattern: null, Format: null })
        {
            return;
        }

        var text = value.GetString()!;
        if (node.MinLength is not null || node.MaxLength is not null)
        {
            var length = JsonValues.CodePoints(text);
            if (length < node.MinLength)
            {
                Report($"must have at least {JsonValues.Count(node.MinLength.Value, "character")}; it has {length}");
            }

            if (length > node.MaxLength)
            {
                Report($"must have at most {JsonValues.Count(node.MaxLength.Value, "character")}; it has {length}");
            }
        }

        switch (node.Pattern?.IsMatch(text))
        {
            case false when node.Pattern is { } pattern:
                Report($"must match the pattern '{pattern.Text}'{ItIs(node, value)}");
                break;
            case null when node.Pattern is { } pattern:
                Report($"takes too long to check against the pattern '{pattern.Text}'");
                break;
            default:
                break;
        }

        var wanted = node.Format switch
        {
            "uri" when !(Uri.TryCreate(text, UriKind.Absolute, out _) && SchemeForm().IsMatch(text)) => "an absolute URI, such as 'https://host/path'",
            "date-time" when !(DateTimeForm().IsMatch(text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _)) =>
                "a date and time with its offset, such as '2027-01-01T00:00:00Z'",
            "date" when !DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _) => "a date, such as '2027-01-01'",
            "uuid" when !Guid.TryParseExact(text, "D", out _) => "a UUID, such as '123e4567-e89b-12d3-a456-426614174000'",
            _ => null,
        };
        if (wanted is not null)
        {
            Report($"must be {wanted}{ItIs(node, value)}");
        }
    }

    private static string ItIs(SchemaNode node, JsonElement value) => node.WriteOnly ? "" : $"; it is {JsonValues.Show(value)}";

    // On Linux a path such as /etc counts as an absolute file URI; a URI in a document names its scheme.
    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9+.\-]*:", RegexOptions.CultureInvariant)]
    private static partial Regex SchemeForm();

    // RFC 3339; the calendar's own rules are the parser's.
    [GeneratedRegex(@"\A[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})\z", RegexOptions.CultureInvariant)]
    private static partial Regex DateTimeForm();
}
