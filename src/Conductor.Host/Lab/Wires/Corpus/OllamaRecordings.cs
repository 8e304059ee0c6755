namespace Conductor.Host.Lab.Wires.Corpus;

/// <summary>What clients and servers of Ollama's dialect say.</summary>
internal static class OllamaRecordings
{
    public static IReadOnlyList<IReadOnlyList<byte[]>> Chats { get; } = Recorded.Bodies(
        """
        {"model":"m","provider":"p","stream":false,"think":"low","keep_alive":"5m","format":{"type":"object"},"logprobs":true,"top_logprobs":2,"options":{"temperature":0.5,"top_p":0.9,"top_k":3,"num_predict":9,"num_ctx":4096,"seed":7,"stop":["a"],"repeat_penalty":1.1,"presence_penalty":0.1,"frequency_penalty":0.1,"min_p":0.1},
         "tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"}}}],
         "messages":[{"role":"system","content":"s"},{"role":"user","content":"a","images":["aGk="]},{"role":"assistant","content":"","thinking":"hm","tool_calls":[{"id":"c1","function":{"name":"f","arguments":{"a":1}}},{"function":{"index":1,"name":"g","arguments":{}}}]},{"role":"tool","tool_name":"f","tool_call_id":"c1","content":"21"},{"role":"tool","content":"22"},{"role":"user","content":"u"}]}
        """,
        """{"model":"m","messages":[{"role":"user","content":"hi"}]}""",
        """{"model":"m","messages":[],"keep_alive":0}""",
        """{"messages":[{"role":"user","content":"hi"}],"format":"json","think":true,"options":null,"stream":null,"options":{}}""",
        """{"model":"m"}""");

    public static IReadOnlyList<IReadOnlyList<byte[]>> Prompts { get; } = Recorded.Bodies(
        """{"model":"m","prompt":"a","system":"s","images":["aGk="],"stream":false,"format":"json","think":true,"raw":false,"keep_alive":-1,"options":{"num_predict":-1,"temperature":0},"suffix":"","template":"","context":[]}""",
        """{"model":"m","prompt":"a"}""",
        """{"model":"m","prompt":"a","context":[1,2],"suffix":"x","raw":true,"template":"t","shift":true,"truncate":false}""");

    public static IReadOnlyList<IReadOnlyList<byte[]>> Embeds { get; } = Recorded.Bodies(
        """{"model":"m","input":["a","b"],"truncate":true,"dimensions":64,"keep_alive":"5m","options":{}}""",
        """{"model":"m","input":"a"}""",
        """{"model":"m","prompt":"a"}""");

    public static IReadOnlyList<IReadOnlyList<byte[]>> Answers { get; } = Recorded.Bodies(
        """{"model":"m","created_at":"2025-01-01T00:00:00.123456789Z","message":{"role":"assistant","content":"Grüße 😀","thinking":"hm","tool_calls":[{"id":"c1","function":{"index":0,"name":"f","arguments":{"a":1}}}]},"logprobs":[{"token":"a","logprob":-0.1,"bytes":[97],"top_logprobs":[{"token":"a","logprob":-0.1}]}],"done":true,"done_reason":"stop","total_duration":1,"load_duration":1,"prompt_eval_count":7,"prompt_eval_duration":1,"eval_count":5,"eval_duration":1}""",
        """{"model":"m","created_at":"2025-01-01T00:00:00Z","response":"hi","done":true,"done_reason":"length","context":[1,2],"prompt_eval_count":1,"eval_count":1}""",
        """{"error":"model 'x' not found"}""");

    public static IReadOnlyList<IReadOnlyList<byte[]>> Streams { get; } =
    [
        Recorded.Pieces("""
            {"model":"m","created_at":"2025-01-01T00:00:00Z","message":{"role":"assistant","content":"","thinking":"hm"},"done":false}
            {"model":"m","created_at":"2025-01-01T00:00:00Z","message":{"role":"assistant","content":"Grüße 😀"},"logprobs":[{"token":"a","logprob":-0.1}],"done":false}
            {"model":"m","created_at":"2025-01-01T00:00:00Z","message":{"role":"assistant","content":"","tool_calls":[{"function":{"name":"f","arguments":{"a":1}}},{"id":"c","function":{"name":"g","arguments":{}}}]},"done":false}
            {"model":"m","created_at":"2025-01-01T00:00:00Z","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","total_duration":1,"load_duration":1,"prompt_eval_count":7,"prompt_eval_duration":1,"eval_count":5,"eval_duration":1}
            """),
        Recorded.Pieces("""
            {"model":"m","message":{"role":"assistant","content":"a"},"done":false}
            {"error":"an error was encountered while running the model"}
            """),
    ];

    public static IReadOnlyList<IReadOnlyList<byte[]>> Others { get; } = Recorded.Bodies(
        """{"models":[{"name":"a:latest","model":"a:latest","modified_at":"2025-01-01T00:00:00Z","size":1,"digest":"d","details":{"parent_model":"","format":"gguf","family":"llama","families":["llama"],"parameter_size":"8B","quantization_level":"Q4_0"}}]}""",
        """{"modelfile":"","template":"","details":{"family":"gemma3"},"model_info":{"general.architecture":"gemma3","gemma3.vision.context_length":1,"gemma3.context_length":8192},"capabilities":["completion","tools"]}""",
        """{"status":"pulling ab","digest":"sha256:ab","total":10,"completed":4}""",
        """{"embeddings":[[1,-0.5],[0,2e-3]],"prompt_eval_count":7,"total_duration":1}""",
        """{"error":"model 'x' not found"}""",
        """{"error":{"message":"m"}}""");
}
