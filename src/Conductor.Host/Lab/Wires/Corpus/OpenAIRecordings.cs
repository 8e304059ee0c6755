namespace Conductor.Host.Lab.Wires.Corpus;

/// <summary>What clients and servers of OpenAI's dialect say, several makers of servers among them.</summary>
internal static class OpenAIRecordings
{
    public static IReadOnlyList<IReadOnlyList<byte[]>> Requests { get; } = Recorded.Bodies(
        """
        {"model":"auto","provider":"p","stream":true,"stream_options":{"include_obfuscation":false},"temperature":0.7,"top_p":0.9,"max_tokens":100,"n":2,"stop":["a","b"],"seed":7,"frequency_penalty":0.1,"presence_penalty":-0.1,
         "logprobs":true,"top_logprobs":2,"logit_bias":{"50256":-100},"user":"u","metadata":{"a":"b"},"service_tier":"flex","reasoning_effort":"low","parallel_tool_calls":false,"store":false,"prediction":{"type":"content","content":"x"},
         "tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object","properties":{"a":{"type":"integer"}}},"strict":true}},{"type":"custom","custom":{"name":"g"}}],
         "tool_choice":{"type":"function","function":{"name":"f"}},"response_format":{"type":"json_schema","json_schema":{"name":"s","schema":{"type":"object"},"strict":true}},
         "messages":[{"role":"developer","content":"be kind"},{"role":"user","name":"n","content":[{"type":"text","text":"hi","cache_control":{"type":"ephemeral"}},{"type":"image_url","image_url":{"url":"data:image/png;base64,aGk=","detail":"low"}},
           {"type":"image_url","image_url":{"url":"https://example.org/a.png"}},{"type":"input_audio","input_audio":{"data":"aGk=","format":"wav"}},{"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,aGk="}},{"type":"file","file":{"file_id":"f"}}]},
          {"role":"assistant","content":null,"refusal":null,"reasoning_content":"hm","reasoning_details":[{"type":"reasoning.text","text":"hm","signature":"s","format":"anthropic"},{"type":"reasoning.encrypted","data":"ZA==","format":"openai"}],
           "tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"},"extra_content":{"google":{"thought_signature":"c2ln"}}},{"id":"c2","type":"custom","custom":{"name":"g","input":"x"}}]},
          {"role":"tool","tool_call_id":"c1","content":"21"},{"role":"tool","tool_call_id":"c2","content":[{"type":"text","text":"22"}]},{"role":"function","name":"f","content":"x"},{"role":"user","content":"Grüße 😀"}]}
        """,
        """{"messages":[{"role":"user","content":"hi"}]}""",
        """{ "stream" : true, "stream_options" : null, "model" : null, "messages" : [ { "role" : "system", "content" : [] }, { "role" : "user", "content" : "a\u00e9\ud83d\ude00" } ], "response_format":{"type":"json_object"},"tool_choice":"required","max_completion_tokens":5,"stop":"x" }""",
        """{"model":"m","messages":[{"role":"assistant","content":[{"type":"text","text":"a"},{"type":"refusal","refusal":"no"}]},{"role":"assistant","function_call":{"name":"f","arguments":""},"audio":{"id":"a"}},{"role":"user","content":[{"type":"video_url","video_url":{"url":"u"}}]}],"tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"type":"function","function":{"name":"f"}}]}},"functions":[{"name":"f","parameters":{}}],"function_call":"auto","chat_template_kwargs":{"enable_thinking":true},"guided_json":{},"top_k":4,"min_p":0.1}""");

    public static IReadOnlyList<IReadOnlyList<byte[]>> Completions { get; } = Recorded.Bodies(
        """{"model":"m","prompt":"Once","max_tokens":7,"temperature":0,"n":2,"best_of":3,"logprobs":2,"echo":true,"stop":["\n"],"suffix":"","stream":true,"user":"u","seed":1,"logit_bias":{"1":2}}""",
        """{"prompt":["Once"],"provider":"p"}""",
        """{"prompt":[1,2,3],"model":"m","max_tokens":0}""",
        """{"prompt":[[1,2],[3]],"model":"m"}""");

    public static IReadOnlyList<IReadOnlyList<byte[]>> Embeddings { get; } = Recorded.Bodies(
        """{"model":"m","input":["a","b"],"dimensions":64,"encoding_format":"base64","user":"u","provider":"p"}""",
        """{"model":"m","input":"a"}""",
        """{"model":"m","input":[1,2,3]}""",
        """{"model":"m","input":[[1,2],[3]],"encoding_format":"float"}""");

    public static IReadOnlyList<IReadOnlyList<byte[]>> Answers { get; } = Recorded.Bodies(
        """
        {"id":"c1","object":"chat.completion","created":1700000000,"model":"m","system_fingerprint":"f","service_tier":"default","choices":[{"index":0,"finish_reason":"tool_calls","logprobs":{"content":[{"token":"a","logprob":-0.5,"bytes":[97],"top_logprobs":[]}],"refusal":null},
         "message":{"role":"assistant","content":"hi","refusal":null,"reasoning_content":"hm","reasoning":"hm","reasoning_details":[{"type":"reasoning.text","text":"hm","signature":"s","format":"anthropic-claude-v1","index":0},{"type":"reasoning.summary","summary":"z"},{"type":"reasoning.encrypted","data":"ZA=="}],
          "tool_calls":[{"id":"t1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"},"extra_content":{"google":{"thought_signature":"c2ln"}}},{"id":"t1","type":"function","function":{"name":"g","arguments":"not json"}}],"annotations":[],"audio":null}},
         {"index":1,"finish_reason":"content_filter","message":{"role":"assistant","content":null,"refusal":"No."}}],
         "usage":{"prompt_tokens":19,"completion_tokens":10,"total_tokens":29,"prompt_tokens_details":{"cached_tokens":3,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":4,"accepted_prediction_tokens":0}}}
        """,
        """{"choices":[{"message":{"content":"hi","tool_calls":null,"function_call":{"name":"f","arguments":{"a":1}}},"finish_reason":""}],"usage":{"prompt_tokens":"7","completion_tokens":null,"prompt_cache_hit_tokens":5}}""",
        """{"id":"cmpl-1","object":"text_completion","choices":[{"text":"upon","index":0,"logprobs":{"tokens":["upon"],"token_logprobs":[-1],"top_logprobs":[{"upon":-1}],"text_offset":[4]},"finish_reason":"length"}],"usage":{"prompt_tokens":1,"completion_tokens":1}}""");

    public static IReadOnlyList<IReadOnlyList<byte[]>> Streams { get; } =
    [
        Recorded.Pieces("""
            {"id":"c1","object":"chat.completion.chunk","created":1700000000,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],"usage":null}
            {"id":"c1","model":"m","choices":[{"index":0,"delta":{"reasoning":"hm","reasoning_content":"hm","reasoning_details":[{"type":"reasoning.text","text":"hm","index":0,"format":"anthropic"}]}}]}
            {"id":"c1","model":"m","choices":[{"index":0,"delta":{"reasoning_details":[{"type":"reasoning.text","signature":"s","index":0},{"type":"reasoning.encrypted","data":"ZA==","index":1}]}}]}
            {"id":"c1","model":"m","choices":[{"index":0,"delta":{"content":"Grüße 😀"},"logprobs":{"content":[{"token":"a","logprob":-1,"bytes":null,"top_logprobs":[]}]},"finish_reason":null}],"obfuscation":"xyz"}
            {"id":"c1","model":"m","choices":[{"index":1,"delta":{"content":"b\ud83d"}},{"index":1,"delta":{"refusal":"No."}}]}
            {"id":"c1","model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"t2","type":"function","function":{"name":"g","arguments":""}}]}}]}
            {"id":"c1","model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"t1","type":"function","function":{"name":"f","arguments":"{\"a"},"extra_content":{"google":{"thought_signature":"c2ln"}}}]}}]}
            {"id":"c1","model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\":1}"}},{"index":1,"function":{"arguments":{"a":1}}}]}}]}
            {"id":"c1","model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1}}
            {"id":"c1","model":"m","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":2}}}
            [DONE]
            """),
        Recorded.Pieces("""
            {"choices":[{"delta":{"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{\"x\":"}}]}}]}
            {"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"1}"}}]}}]}
            {"choices":[{"delta":{"tool_calls":[{"id":"b","function":{"name":"g"}}]}}]}
            {"choices":[{"delta":{"content":null,"extra_content":{"google":{"thought_signature":"s"}}},"finish_reason":"tool_calls"}]}
            """),
        Recorded.Pieces("""
            {"id":"cmpl-1","object":"text_completion","choices":[{"text":"up","index":0,"logprobs":null,"finish_reason":null}]}
            {"id":"cmpl-1","choices":[{"text":"on","index":0,"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2}}
            {"error":{"message":"overloaded","type":"server_error","code":503}}
            [DONE]
            """),
    ];

    public static IReadOnlyList<IReadOnlyList<byte[]>> Others { get; } = Recorded.Bodies(
        """{"object":"list","data":[{"id":"m","object":"model","created":1700000000,"owned_by":"o","permission":[]},{"id":"n","context_window":4096,"max_model_len":8192,"type":"embedding"}]}""",
        """[{"id":"m"}]""",
        """{"object":"list","data":[{"object":"embedding","index":1,"embedding":[0.1,-2e-3]},{"object":"embedding","index":0,"embedding":"AACAPwAAAEA="}],"model":"m","usage":{"prompt_tokens":2,"total_tokens":2}}""",
        """{"error":{"message":"m","type":"invalid_request_error","param":"model","code":"model_not_found"}}""",
        """{"object":"error","message":"m","type":"BadRequestError","param":null,"code":400}""",
        """{"detail":[{"loc":["body","messages"],"msg":"field required","type":"value_error.missing"}]}""",
        """{"error":"m"}""",
        """{"error":{"message":"m","code":"content_filter","innererror":{"code":"ResponsibleAIPolicyViolation","content_filter_result":{}}}}""");
}
