// Submits a task, follows it over restarts of the server, and asks on this terminal what the task asks of a person.
//
//	KODA_TOKEN=... go run . http://127.0.0.1:8090 atlas "Audit the auth service"
package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/url"
	"os"
	"strings"
	"time"

	koda "koda.example/gen/koda/runtime/v1"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

var answers = bufio.NewReader(os.Stdin)

// patiently calls again while the server is away.
func patiently(call func() error) {
	for {
		err := call()
		switch status.Code(err) {
		case codes.OK:
			return
		case codes.Unavailable, codes.Aborted, codes.Canceled, codes.Internal:
			time.Sleep(500 * time.Millisecond)
		default:
			log.Fatal(err)
		}
	}
}

func answer(ctx context.Context, approvals koda.ApprovalServiceClient, event *koda.Event) {
	var asked struct {
		ID        string `json:"approval_id"`
		Tool      string
		Arguments json.RawMessage
		Digest    string
	}
	if err := json.Unmarshal([]byte(event.Payload), &asked); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("Allow %s %s? [y/N] ", asked.Tool, asked.Arguments)
	text, _ := answers.ReadString('\n')
	request := &koda.AnswerApprovalRequest{ApprovalId: asked.ID, Decision: koda.ApprovalDecision_APPROVAL_DECISION_DENY, Digest: asked.Digest}
	if strings.TrimSpace(text) == "y" {
		request.Decision = koda.ApprovalDecision_APPROVAL_DECISION_APPROVE
	}
	patiently(func() error {
		_, err := approvals.AnswerApproval(ctx, request)
		return err
	})
}

func main() {
	server, err := url.Parse(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	channel, err := grpc.Dial(server.Host, grpc.WithInsecure())
	if err != nil {
		log.Fatal(err)
	}
	defer channel.Close()
	tasks, approvals := koda.NewTaskServiceClient(channel), koda.NewApprovalServiceClient(channel)
	ctx := metadata.AppendToOutgoingContext(context.Background(), "authorization", "Bearer "+os.Getenv("KODA_TOKEN"))

	// The key makes the second try of the same submission the same task.
	key := make([]byte, 16)
	if _, err := rand.Read(key); err != nil {
		log.Fatal(err)
	}
	var task *koda.Task
	patiently(func() (err error) {
		once := metadata.AppendToOutgoingContext(ctx, "idempotency-key", hex.EncodeToString(key))
		task, err = tasks.SubmitTask(once, &koda.SubmitTaskRequest{AgentId: os.Args[2], Query: os.Args[3]})
		return err
	})
	var afterSeq int64
	patiently(func() error {
		feed, err := tasks.WatchTask(ctx, &koda.WatchTaskRequest{TaskId: task.Id, AfterSeq: afterSeq})
		for err == nil {
			var event *koda.Event
			if event, err = feed.Recv(); err == nil {
				fmt.Println(event.Seq, event.Kind)
				if event.Kind == "approval.requested" {
					answer(ctx, approvals, event)
				}
				afterSeq = event.Seq
			}
		}
		if err == io.EOF {
			return nil
		}
		return err
	})
	patiently(func() (err error) {
		task, err = tasks.GetTask(ctx, &koda.GetTaskRequest{TaskId: task.Id})
		return err
	})
	if task.Output != nil {
		fmt.Println(*task.Output)
	} else {
		fmt.Println(task.Error.GetMessage())
	}
}
