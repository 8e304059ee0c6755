using System.Text.Json;

namespace Conductor.Schemas;

/// <summary>One check of one instance. The files beside this one hold the checks by kind of value.</summary>
internal sealed partial class SchemaEvaluator
{
    // References can nest without end and combinations multiply: both are bounded, whatever schema and instance say.
    private const int DeepestNesting = 256;
    private const int MostSteps = 1_000_000;
    private const int MostViolations = 256;

    private readonly InstancePath _path = new();
    private List<SchemaViolation>? _found;
    private int _depth;
    private int _steps;

    private SchemaEvaluator()
    {
    }

    public static IReadOnlyList<SchemaViolation> Run(SchemaNode root, JsonElement instance)
    {
        var evaluator = new SchemaEvaluator();
        try
        {
            evaluator.Check(root, instance);
            return evaluator._found is { } found ? found : [];
        }
        catch (StopException stop)
        {
            return [new SchemaViolation(evaluator._path.Render(), stop.Message)];
        }
        catch (InvalidOperationException)
        {
            // The path still stands where the reader gave up.
            return [new SchemaViolation(evaluator._path.Render(), "is not valid text: it holds half of a surrogate pair")];
        }
    }

    private void Check(SchemaNode node, JsonElement value)
    {
        if (node.Always is { } always)
        {
            if (!always)
            {
                Report("is not allowed here");
            }

            return;
        }

        if (++_steps > MostSteps)
        {
            throw new StopException("is too much to check against its schema");
        }

        if (++_depth > DeepestNesting)
        {
            throw new StopException("is nested too deeply, or its schema refers to itself without end");
        }

        if (node.Ref is { } reference)
        {
            Check(reference, value);
        }

        var before = _found?.Count ?? 0;
        if (node.Types != JsonKinds.None && !node.Types.Takes(value))
        {
            // A value of the wrong kind would only fail the rest in more confusing words.
            var shown = value.ValueKind == JsonValueKind.Number && !node.WriteOnly ? JsonValues.Show(value) : JsonValues.KindInWords(value);
            Report($"must be {node.Types.InWords()}; it is {shown}");
        }
        else
        {
            CheckChoice(node, value);
            switch (value.ValueKind)
            {
                case JsonValueKind.Number:
                    CheckNumber(node, value);
                    break;
                case JsonValueKind.String:
                    CheckString(node, value);
                    break;
                case JsonValueKind.Array:
                    CheckArray(node, value);
                    break;
                case JsonValueKind.Object:
                    CheckObject(node, value);
                    break;
                default:
                    break;
            }

            CheckCombinations(node, value);
            if (node.Expected is { } words && _found is { } found && found.Count > before)
            {
                found.RemoveRange(before, found.Count - before);
                Report($"must be {words}{ItIs(node, value)}");
            }
        }

        _depth--;
    }

    /// <summary>What <paramref name="node"/> would report, without reporting it; null when nothing.</summary>
    private List<SchemaViolation>? Probe(SchemaNode node, JsonElement value)
    {
        var outer = _found;
        _found = null;
        Check(node, value);
        var found = _found;
        _found = outer;
        return found;
    }

    private void Report(string message, string? member = null) => Add(new SchemaViolation(_path.Render(member), message));

    private void Add(SchemaViolation violation)
    {
        _found ??= [];
        if (_found.Count < MostViolations)
        {
            _found.Add(violation);
        }
    }

    /// <summary>Ends a check that would not end by itself.</summary>
    private sealed class StopException(string message) : Exception(message);
}
