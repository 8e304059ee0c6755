using System.Text.Encodings.Web;
using System.Text.Json;

namespace Conductor.Evaluation;

/// <summary>Predictions as JSON lines.</summary>
internal static class PredictionFile
{
    private static readonly JsonSerializerOptions AsItIs = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Task WriteAsync(string file, IEnumerable<object> predictions)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        return File.WriteAllLinesAsync(file, predictions.Select(prediction => JsonSerializer.Serialize(prediction, AsItIs)));
    }
}
