using System.Text.Json.Serialization;

namespace Conductor.Host.Idempotency;

/// <summary>How an answer's headers are kept.</summary>
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class RecordedHeaders : JsonSerializerContext;
